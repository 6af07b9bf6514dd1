//! Reads interactions, fits and evaluates recommenders, publishes bundles.
//!
//! The `doorstep` binary is a thin face of this library; the end-to-end tests
//! and benchmarks call it directly.

pub mod choose;
pub mod cli;
pub mod commands;
pub mod compare;
pub mod data;
pub mod device;
pub mod dice;
pub mod division;
pub mod evaluate;
pub mod failure;
pub mod fit;
pub mod glossary;
pub mod hosting;
pub mod images;
pub mod import;
pub mod needs;
pub mod neural;
pub mod prepare;
pub mod progress;
pub mod publish;
pub mod report;
pub mod save;
pub mod serve;
pub mod settings;
pub mod shop;
pub mod songs;
pub mod split;
pub mod staged;
pub mod table;
pub mod toml_file;
pub mod tune;
pub mod unknown;
pub mod update;
