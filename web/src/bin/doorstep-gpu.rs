//! Engine *gpu*: engine core and networks, on WebGPU. The linker keeps the
//! exports of `doorstep_web`; nothing runs on start.

use doorstep_web as _;

fn main() {}
