//! A network is data: to a text and back.

use pullback::{
    category::{Identity, Tanh},
    net::*,
    op::Un,
};

#[test]
fn every_layer_comes_back_equal() {
    let window = Window::new([1, 6, 6], [3, 3]).stride([1, 2]).padding([1, 0]);
    let body = Net::build(2, |d, hx| {
        let h = d.inline(&dense(3, 3, Tanh), &hx[..1]);
        vec![h[0], hx[1]]
    });
    let own = smooth("own", &[0.1], &[1.0, 2.0], |p, x| Ok(vec![(x[0] * p[0]).sin() + x[1].max(p[0])])).unwrap();
    let all = conv2d(window, 2)
        >> max_pool(window)
        >> mean_pool(window)
        >> batch_norm(1)
        >> layer_norm(3)
        >> rms_norm(3)
        >> residual(pointwise(Activation::Op(Un::Powi(3))) >> pointwise(Activation::LeakyRelu(0.1)))
        >> causal_attention(3, 4, 2)
        >> embedding(3, 2)
        >> gather(3, 1, vec![0, 2])
        >> scatter(3, 1, vec![1, 0])
        >> dropout(0.25, 7)
        >> flatten()
        >> reshape(&[2, 3])
        >> permute(&[2, 3], &[1, 0])
        >> detach()
        >> tap("here")
        >> scan(body, 2, 3)
        >> dense(3, 2, Identity)
        >> own;
    let text = serde_json::to_string(&all).unwrap();
    let loaded: Net = serde_json::from_str(&text).unwrap();
    assert_eq!(loaded, all);
    assert_eq!(loaded.names(), all.names());
}
#[test]
fn what_is_loaded_is_checked() {
    let text = serde_json::to_string(&linear(2, 3)).unwrap();
    let wrong = text.replace("\"outputs\":[1]", "\"outputs\":[9]");
    assert_ne!(text, wrong);
    let e = serde_json::from_str::<Net>(&wrong).unwrap_err().to_string();
    assert!(e.contains("outputs: expected 2 wires at box 1, found 9"), "{e}");
    // a program whose halves no longer fit is an error where it is used, not a panic
    let own = smooth("f", &[0.5], &[1.0], |p, x| Ok(vec![p[0] * x[0]])).unwrap();
    let text = serde_json::to_string(&own).unwrap();
    for (from, to) in [("\"ins\":1", "\"ins\":2"), ("\"outs\":1", "\"outs\":3"), ("\"params\":[0.5]", "\"params\":[]")]
    {
        let broken = text.replace(from, to);
        assert_ne!(broken, text);
        let Ok(net) = serde_json::from_str::<Net>(&broken) else { continue };
        let layer = net.boxes().next().unwrap().generator;
        let p = crate::harness::parameters(layer, 1);
        let x = crate::harness::batch(2, layer.reads().unwrap(), 1);
        let at = crate::harness::AT;
        let y = crate::harness::batch(2, layer.shape(&[None]).unwrap().unwrap()[0], 1);
        assert!(layer.apply(at, &p, &[&x]).is_err() && layer.vjp(at, &p, &[&x], &y, &y, &mut p.clone()).is_err());
    }
}
