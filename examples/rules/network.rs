//! The networks that the rules train.

use pullback::{
    category::{Identity, Relu, Tanh},
    net::*,
};

/// What the hidden layers are made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hidden {
    /// Two layers of 64, tanh: the network of most rules.
    Tanh,
    /// One layer of 64, tanh: for rules whose noise or settling grows with the layers.
    One,
    /// Tanh, and the second layer beside a wire that passes it by.
    Residual,
    /// Two layers of 64, rectified.
    Relu,
    /// Two layers of 64, GELU: for rules that remember activations in few bits.
    Gelu,
    /// Two layers of 64 whose outputs are -1 and 1.
    Sign,
    /// Two layers of 64 whose outputs are 0 and 1.
    Step,
    /// Sixteen draws of one in four.
    Sample,
    /// Two rectified layers of 200 that read the label beside the digit, and no output layer.
    Labels,
    /// Two rectified layers of 100, whose last one the classes share, and no output layer.
    Shared,
}

impl Hidden {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Hidden::Tanh => "2 tanh",
            Hidden::One => "1 tanh",
            Hidden::Residual => "residual",
            Hidden::Relu => "2 relu",
            Hidden::Gelu => "2 gelu",
            Hidden::Sign => "2 sign",
            Hidden::Step => "2 step",
            Hidden::Sample => "sample",
            Hidden::Labels => "2 × 200",
            Hidden::Shared => "2 × 100",
        }
    }
    /// Returns the hidden part of the network, which reads so many features.
    pub(crate) fn layers(self, features: usize, seed: u64) -> Net {
        let two = |f: Activation| dense(features, 64, f) >> dense(64, 64, f);
        match self {
            Hidden::Tanh => two(Tanh.into()),
            Hidden::One => dense(features, 64, Tanh),
            Hidden::Residual => dense(features, 64, Tanh) >> residual(dense(64, 64, Tanh)),
            Hidden::Relu => two(Relu.into()),
            Hidden::Gelu => two(Activation::Gelu),
            Hidden::Sign => two(Activation::Sign),
            Hidden::Step => two(Activation::Step),
            Hidden::Sample => dense(features, 64, Tanh) >> dense(64, 64, Identity) >> sample(4, seed),
            Hidden::Labels => dense(features, 200, Relu) >> dense(200, 200, Relu),
            Hidden::Shared => dense(features, 100, Relu) >> dense(100, 100, Relu),
        }
    }
    /// Returns the network that a rule trains.
    pub(crate) fn net(self, features: usize, classes: usize, seed: u64) -> Net {
        match self {
            Hidden::Labels => self.layers(features + classes, seed),
            Hidden::Shared => self.layers(features, seed),
            _ => self.layers(features, seed) >> dense(64, classes, Identity),
        }
    }
    /// Returns the network whose output layer alone learns.
    pub(crate) fn frozen(self, features: usize, classes: usize, seed: u64) -> Net {
        let width = match self {
            Hidden::Labels => 200,
            Hidden::Shared => 100,
            _ => 64,
        };
        self.layers(features, seed) >> detach() >> dense(width, classes, Identity)
    }
    /// Returns whether the network learns with Adam where it can choose: its hidden layers have no slope.
    pub(crate) fn is_discrete(self) -> bool {
        matches!(self, Hidden::Sign | Hidden::Step | Hidden::Sample)
    }
}
