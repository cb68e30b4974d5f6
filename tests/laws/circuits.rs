//! Random diagrams: polynomial circuits over a ring, and boxes that mean nothing but themselves.

use pullback::{
    Result,
    category::{Circuit, Modular, Polynomial, Ring, Z2},
    diagram::{Args, Diagram, Functor, Generator, Wire},
};

/// $2^{61} - 1$, a prime.
pub(crate) const PRIME: u64 = (1 << 61) - 1;

/// Random numbers (splitmix); the seed is the test's, and is printed where a law fails.
pub(crate) struct Random(pub(crate) u64);
impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
    pub(crate) fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }
    pub(crate) fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }
    pub(crate) fn many<T: Copy>(&mut self, of: &[T], n: usize) -> Vec<T> {
        (0..n).map(|_| self.one(of)).collect()
    }
}

/// A ring whose elements can be drawn.
pub(crate) trait Drawn: Ring {
    fn draw(r: &mut Random) -> Self;
    fn point(r: &mut Random, n: usize) -> Vec<Self> {
        (0..n).map(|_| Self::draw(r)).collect()
    }
}
impl Drawn for Z2 {
    fn draw(r: &mut Random) -> Self {
        Z2(r.next() & 1 == 1)
    }
}
impl<const N: u64> Drawn for Modular<N> {
    fn draw(r: &mut Random) -> Self {
        Modular::new(r.next())
    }
}

/// Returns a circuit of `n` inputs and `m` outputs with up to 8 boxes: shared wires, dead boxes, constants, inputs that
/// nothing reads and outputs that are inputs, all of them often.
pub(crate) fn circuit<K: Drawn>(r: &mut Random, n: usize, m: usize) -> Circuit<K> {
    let len = r.below(9);
    Circuit::build(n, |d, x| {
        let mut wires = x.to_vec();
        for _ in 0..len.max(usize::from(n == 0)) {
            let g = match r.below(6) {
                _ if wires.is_empty() => Polynomial::Const(K::draw(r)),
                0 => Polynomial::Const(K::draw(r)),
                1 | 2 => Polynomial::Add,
                3 | 4 => Polynomial::Mul,
                _ => Polynomial::Neg,
            };
            let args = r.many(&wires, g.arity().0);
            wires.extend(d.push(g, &args));
        }
        r.many(&wires, m)
    })
}

/// A box that means nothing but itself: its number, and how many wires it reads and makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct Toy(pub(crate) u64, pub(crate) usize, pub(crate) usize);
impl Generator for Toy {
    fn name(&self) -> &'static str {
        "toy"
    }
    fn arity(&self) -> (usize, usize) {
        (self.1, self.2)
    }
}

/// Returns a diagram of toys; some read nothing, some make two or three wires. None is an effect.
pub(crate) fn toys(r: &mut Random, n: usize, m: usize) -> Diagram<Toy> {
    let len = r.below(6);
    Diagram::build(n, |d, x| {
        let mut wires = x.to_vec();
        for _ in 0..len.max(usize::from(n == 0)) {
            let reads = if wires.is_empty() { 0 } else { r.below(4) };
            let toy = Toy(r.next() % 3, reads, 1 + r.below(3));
            let args = r.many(&wires, reads);
            wires.extend(d.push(toy, &args));
        }
        r.many(&wires, m)
    })
}

/// Toys over remainders: output `j` of a toy is a random-looking number made of its number, `j` and what it reads. Two
/// diagrams that agree at a random point are all but surely the same terms.
pub(crate) struct Hashed;
impl Functor<Toy> for Hashed {
    type Wire = u64;
    fn apply(&mut self, _: usize, g: &Toy, x: Args<'_, u64>, out: &mut Vec<u64>) -> Result<()> {
        let seed = x.iter().fold(Random(g.0 ^ 0xABCD).next(), |h, &x| Random(h ^ x).next());
        out.extend((0..g.2 as u64).map(|j| Random(seed ^ j.wrapping_mul(77)).next()));
        Ok(())
    }
}
/// Returns what the toys make of `x`.
pub(crate) fn hashed(d: &Diagram<Toy>, x: &[u64]) -> Vec<u64> {
    d.walk(&mut Hashed, x.iter().copied()).expect("a valid diagram")
}

/// Returns a wire of some diagram with the index `k`.
pub(crate) fn foreign(k: usize) -> Wire {
    Diagram::<Toy>::id(k + 1).outputs()[k]
}
