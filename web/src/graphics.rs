//! The visitor's graphics card.

use doorstep_shared::neural::Device;
use wasm_bindgen::JsValue;

use crate::failure::coded;

/// The card that the browser offers, ready to compute. Can't be asked for twice.
pub async fn device() -> Result<Device, JsValue> {
    let device = Device::wgpu_options().init_async().await;
    device.map_err(|error| coded(&error.to_string(), "device"))
}
