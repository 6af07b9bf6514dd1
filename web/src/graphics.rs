//! The visitor's graphics card.

use std::sync::Once;

use doorstep_shared::neural::Device;
use wasm_bindgen::JsValue;

use crate::failure::coded;

/// The card that the browser offers, ready to compute. Can't be asked for twice.
pub async fn device() -> Result<Device, JsValue> {
    construct();
    let device = Device::wgpu_options().init_async().await;
    device.map_err(|error| coded(&error.to_string(), "device"))
}

/// Runs the constructors by which the compiler of kernels registers its parts.
///
/// A linker that sees no call of them has every exported function run all of them, each
/// time that it is called: 10 to 20 ms for what takes microseconds.
fn construct() {
    #[cfg(target_family = "wasm")]
    unsafe extern "C" {
        fn __wasm_call_ctors();
    }
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // SAFETY: the linker defines it without parameters or result, and it runs once.
        #[cfg(target_family = "wasm")]
        unsafe {
            __wasm_call_ctors();
        }
    });
}
