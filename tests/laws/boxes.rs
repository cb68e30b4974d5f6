//! The boxes over any ring are bilinear, and a batch is the same box side by side: checked exactly over remainders.

use crate::lens::{K, Points};
use pullback::{Result, category::*, check::laws, lens::*};

impl Points {
    fn array<const N: usize>(&mut self) -> [K; N] {
        core::array::from_fn(|_| self.next())
    }
    fn matrix<const M: usize, const N: usize>(&mut self) -> Matrix<K, M, N> {
        Matrix::from_fn(|_, _| self.next())
    }
}
fn dot(a: &[K], b: &[K]) -> K {
    a.iter().zip(b).fold(K::new(0), |sum, (a, b)| sum + *a * *b)
}

#[test]
fn backward_is_the_transpose() -> Result<()> {
    let at = laws::at(Points(11).matrix::<2, 3>(), [K::new(1); 3]);
    laws::transpose(&linear::<K, 3, 2>(), &at)?.ok()?; // ⟨d, Wx⟩ = ⟨W^T d, x⟩
    laws::linear(&linear::<K, 3, 2>(), &at)?.ok()?;
    laws::additive(&linear::<K, 3, 2>(), &at)?.ok()?;
    // and the same product read a third way, through the parameter
    let r = &mut Points(11);
    let (w, x, d) = (r.matrix::<2, 3>(), r.array(), r.array());
    let (y, _, dw) = linear::<K, 3, 2>().pull(&w, x, d)?;
    assert_eq!(dot(&d, &y), dot(dw.coordinates(), w.coordinates()));
    Ok(())
}

#[test]
fn two_linear_boxes_are_one() -> Result<()> {
    let r = &mut Points(12);
    for _ in 0..20 {
        let (v, w, x, d) = (r.matrix::<4, 3>(), r.matrix::<2, 4>(), r.array(), r.array());
        let product = Matrix::from_fn(|i, j| (0..4).fold(K::new(0), |sum, k| sum + w[(i, k)] * v[(k, j)]));
        let (y, dx, _) = (linear::<K, 3, 4>() >> linear::<K, 4, 2>()).pull(&(v, w), x, d)?;
        let (z, dz, _) = linear::<K, 3, 2>().pull(&product, x, d)?;
        assert_eq!((y, dx), (z, dz));
    }
    Ok(())
}

#[test]
fn a_batch_is_the_box_side_by_side_with_tied_parameters() -> Result<()> {
    let r = &mut Points(13);
    let layer = || linear::<K, 2, 2>() >> bias();
    for _ in 0..20 {
        let (p, x, y, d, e) = ((r.matrix(), r.array()), r.array(), r.array(), r.array(), r.array());
        let pair = tied(layer() * layer()).pull(&p, (x, y), (d, e))?;
        let batch = each(layer()).pull(&p, vec![x, y], vec![d, e])?;
        assert_eq!((batch.0, batch.1, batch.2), (vec![pair.0.0, pair.0.1], vec![pair.1.0, pair.1.1], pair.2));
        // batching composes
        let q = (p, (r.matrix(), r.array()));
        let whole = each(layer() >> layer()).pull(&q, vec![x, y], vec![d, e])?;
        assert_eq!(whole, (each(layer()) >> each(layer())).pull(&q, vec![x, y], vec![d, e])?);
    }
    Ok(())
}

/// The chain rule over bits: through two truth tables the backward maps compose to the difference of the composite, as
/// long as no bit fans out.
#[test]
fn truth_tables_compose() -> Result<()> {
    let bits = |n: usize| [0, 1, 2, 3].map(|k| Z2(n >> k & 1 == 1));
    for n in 0..1 << 8 {
        let (inner, outer) = (Matrix::new([bits(n)]), Matrix::new([[Z2(n >> 4 & 1 == 1), Z2(n >> 5 & 1 == 1)]]));
        let x = [Z2(n >> 6 & 1 == 1), Z2(n >> 7 & 1 == 1)];
        let row = lookup::<2, 1, 4>() >> lookup::<1, 1, 2>();
        let p = (inner, outer);
        let (_, dx, _) = row.pull(&p, x, [Z2(true)])?;
        assert_eq!(dx, Z2::difference(|x| row.eval(&p, x).expect("a lookup cannot fail")[0], x));
    }
    Ok(())
}
