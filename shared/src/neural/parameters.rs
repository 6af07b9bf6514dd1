//! A module's parameters by name: how networks are initialised, kept and published.

use std::collections::BTreeMap;

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::{Device, Tensor, TensorData};

/// Numbers of a module, such as `blocks.0.query.weight`.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// Where it is in the module.
    pub name: String,
    /// Rows first.
    pub shape: Vec<usize>,
    /// By rows.
    pub values: Vec<f32>,
}

/// How a network's numbers are stored in a bundle.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Weights {
    /// In half precision.
    #[default]
    Half,
    /// Matrices as bytes with a scale for each row, the rest in half precision.
    Bytes {
        /// The relative fall in NDCG@10 that it cost on validation cases, where it was measured.
        lost: Option<f64>,
    },
}

/// Parameters that don't make the network that they are said to make.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ParameterError {
    /// No network has this shape.
    #[error("the network's architecture is impossible: {0}")]
    Architecture(&'static str),
    /// One is not there.
    #[error("the network's parameter {0} is missing")]
    Missing(String),
    /// One is not of this network.
    #[error("the network has no parameter {0}")]
    Unknown(String),
    /// One has another shape.
    #[error("the network's parameter {name} is {found:?}, not {expected:?}")]
    Shape {
        /// Which.
        name: String,
        /// Its shape.
        found: Vec<usize>,
        /// The shape that the architecture asks for.
        expected: Vec<usize>,
    },
    /// One holds a number that is none.
    #[error("the network's parameter {0} holds a number that is not finite")]
    NotFinite(String),
}

/// All parameters of a module. Waits for the device: not in a browser.
pub fn parameters<M: Module>(module: &M) -> Vec<Parameter> {
    struct Reader(Path, Vec<Parameter>);
    impl ModuleVisitor for Reader {
        fn enter_module(&mut self, name: &str, container: &str) {
            self.0.enter(name, container);
        }
        fn exit_module(&mut self, _: &str, container: &str) {
            self.0.exit(container);
        }
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            let data = param.val().into_data();
            self.1.push(Parameter {
                name: self.0.name(),
                shape: data.shape().to_vec(),
                values: data.try_to_vec().expect("parameters are 32-bit floats"),
            });
        }
    }
    let mut reader = Reader(Path::default(), Vec::new());
    module.visit(&mut reader);
    reader.1
}

/// Name and shape of every parameter of a module.
pub fn expected<M: Module>(module: &M) -> Vec<(String, Vec<usize>)> {
    struct Shapes(Path, Vec<(String, Vec<usize>)>);
    impl ModuleVisitor for Shapes {
        fn enter_module(&mut self, name: &str, container: &str) {
            self.0.enter(name, container);
        }
        fn exit_module(&mut self, _: &str, container: &str) {
            self.0.exit(container);
        }
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            self.1.push((self.0.name(), param.shape().to_vec()));
        }
    }
    let mut shapes = Shapes(Path::default(), Vec::new());
    module.visit(&mut shapes);
    shapes.1
}

/// The module with the parameters given, all of them and no others.
pub fn with_parameters<M: Module>(
    module: M,
    given: Vec<Parameter>,
    device: &Device,
) -> Result<M, ParameterError> {
    let mut given: BTreeMap<String, Parameter> = given
        .into_iter()
        .map(|parameter| (parameter.name.clone(), parameter))
        .collect();
    // Everything is checked before anything is copied.
    let mut expected = expected(&module);
    for (name, shape) in &expected {
        let Some(found) = given.get(name) else {
            return Err(ParameterError::Missing(name.clone()));
        };
        if found.shape != *shape || found.values.len() != shape.iter().product::<usize>() {
            return Err(ParameterError::Shape {
                name: name.clone(),
                found: found.shape.clone(),
                expected: shape.clone(),
            });
        }
        if !found.values.iter().all(|value| value.is_finite()) {
            return Err(ParameterError::NotFinite(name.clone()));
        }
    }
    expected.sort();
    let known = |name: &String| expected.binary_search_by(|(own, _)| own.cmp(name)).is_ok();
    if let Some(name) = given.keys().find(|name| !known(name)) {
        return Err(ParameterError::Unknown(name.clone()));
    }

    struct Writer<'a>(Path, &'a mut BTreeMap<String, Parameter>, &'a Device);
    impl ModuleMapper for Writer<'_> {
        fn enter_module(&mut self, name: &str, container: &str) {
            self.0.enter(name, container);
        }
        fn exit_module(&mut self, _: &str, container: &str) {
            self.0.exit(container);
        }
        fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
            let own = self.1.remove(&self.0.name()).expect("it was checked");
            let data = TensorData::new(own.values, own.shape);
            let tensor = Tensor::<D>::from_data(data, self.2);
            // Where a device records operations, what was to be learnt still is.
            param.map(|blank| tensor.set_require_grad(blank.is_require_grad()))
        }
    }
    Ok(module.map(&mut Writer(Path::default(), &mut given, device)))
}

/// Where a visit is.
#[derive(Default)]
struct Path(Vec<String>);

impl Path {
    fn enter(&mut self, name: &str, container: &str) {
        // A variant of an enum is what the architecture says, no place of its own.
        if !container.starts_with(ENUM) {
            self.0.push(name.to_owned());
        }
    }

    fn exit(&mut self, container: &str) {
        if !container.starts_with(ENUM) {
            self.0.pop();
        }
    }

    fn name(&self) -> String {
        self.0.join(".")
    }
}

/// What Burn calls a module that is an enum.
const ENUM: &str = "Enum";
