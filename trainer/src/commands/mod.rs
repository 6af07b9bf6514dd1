//! One file a command: its arguments and what it does.

pub mod compare;
pub mod prepare;
pub mod serve;
pub mod tune;
