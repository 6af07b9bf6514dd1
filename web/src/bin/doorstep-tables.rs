//! Engine *tables*: engine core and the models of tables. The linker keeps the
//! exports of `doorstep_web`; nothing runs on start.

use doorstep_web as _;

fn main() {}
