//! Parameters to a file and back.

use pullback::{
    Error,
    category::{Identity, Tanh},
    learn::uniform,
    net::*,
};

fn net() -> Net {
    conv2d(Window::new([1, 3, 3], [2, 2]), 2) >> flatten() >> batch_norm(8) >> dense(8, 2, Tanh)
}
fn why(result: Result<Params, Error>) -> String {
    match result.unwrap_err() {
        Error::Unreadable { what: "safetensors", why } => why,
        other => panic!("{other}"),
    }
}

#[test]
fn what_was_saved_is_loaded_to_the_bit() {
    let mut p: Params = net().init(&mut uniform(1));
    p.draws = 17;
    p.slots[0][1][[0, 0]] = -0.0;
    p.slots[0][1][[0, 1]] = f64::NAN;
    let loaded = Params::<f64>::from_safetensors(&net(), &p.to_safetensors(&net()).unwrap()).unwrap();
    let bits = |p: &Params| p.flat().iter().map(|x| x.to_bits()).collect::<Vec<_>>();
    assert_eq!((bits(&loaded), loaded.draws), (bits(&p), 17));
    let single: Params<f32> = net().init(&mut uniform(1));
    let file = single.to_safetensors(&net()).unwrap();
    assert_eq!(Params::from_safetensors(&net(), &file).unwrap(), single);
    let wide: Params = Params::from_safetensors(&net(), &file).unwrap();
    assert!(wide.flat().iter().zip(single.flat()).all(|(w, s)| *w == f64::from(s)));
}
#[test]
fn what_a_rule_has_learned_is_saved_too() {
    use pullback::{lens::Lens, rule::*};
    let (net, x) = (dense(3, 4, Tanh) >> dense(4, 2, Identity), Array::<f64>::ones((2, 3)));
    let under = net.under::<_, f64>(KolenPollack);
    let p = under.init(&mut uniform(1)).unwrap();
    let file = p.to_safetensors(&net).unwrap();
    let loaded = Params::<f64>::from_safetensors(&net, &file).unwrap();
    assert_eq!((&loaded, loaded.slots[0].len()), (&p, 3));
    let pulled = |p: &Params| Lens(&under).pull(p, x.clone(), Array::ones((2, 2))).unwrap().2;
    assert_eq!(pulled(&loaded), pulled(&p));
    let own = p.of_net(&net).unwrap();
    assert_eq!(Params::from_safetensors(&net, &own.to_safetensors(&net).unwrap()).unwrap(), own);
    let e = why(Params::from_safetensors(&(dense(3, 4, Tanh) >> linear(4, 2)), &file));
    assert!(e.ends_with("expected a name of the network"), "{e}");
}
#[test]
fn what_is_loaded_is_checked() {
    let p: Params = net().init(&mut uniform(1));
    let file = p.to_safetensors(&net()).unwrap();
    let other = dense(4, 2, Identity);
    assert!(why(Params::from_safetensors(&other, &file)).ends_with("expected a name of the network"));
    let small: Params = other.init(&mut uniform(1));
    let more = dense(4, 2, Identity) >> dense(2, 2, Identity);
    let e = why(Params::from_safetensors(&more, &small.to_safetensors(&other).unwrap()));
    assert_eq!(e, "1.linear.weight: expected a tensor, found none");
    match Params::<f32>::from_safetensors(&net(), &file) {
        Err(e) => assert_eq!(e.to_string(), "safetensors: 0.conv2d.weight: expected F32 or narrower, found F64"),
        Ok(_) => panic!("digits were lost"),
    }
    for end in [0, 7, 40, file.len() - 1] {
        why(Params::from_safetensors(&net(), &file[..end]));
    }
    for k in 0..200 {
        let mut broken = file.clone();
        broken[k] ^= 0x55; // any answer but a panic
        let _ = Params::<f64>::from_safetensors(&net(), &broken);
    }
    assert!(small.to_safetensors(&net()).is_err());
}
