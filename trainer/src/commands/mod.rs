//! One file a command: its arguments and what it does.

pub mod compare;
pub mod demo;
pub mod evaluate;
pub mod import;
pub mod inspect;
pub mod models;
pub mod prepare;
pub mod publish;
pub mod serve;
pub mod train;
pub mod tune;
