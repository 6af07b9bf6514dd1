//! Engine *cpu*: engine tables and networks, on the processor. The linker keeps the
//! exports of `doorstep_web`; nothing runs on start.

use doorstep_web as _;

fn main() {}
