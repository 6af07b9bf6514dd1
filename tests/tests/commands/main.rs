//! The commands as one types them: what they print, what they write, what they refuse.

mod auto;
mod bad_input;
mod compare;
mod content;
mod damage;
mod evaluate;
mod failures;
mod import;
mod models;
mod networks;
mod output_folder;
mod privacy;
mod serve;
#[cfg(unix)]
mod stopped;
mod terminal;
mod tune;
