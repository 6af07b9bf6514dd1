//! The commands as one types them: what they print, what they write, what they refuse.

mod auto;
mod compare;
mod content;
mod damage;
mod evaluate;
mod import;
mod output_folder;
mod privacy;
mod serve;
mod terminal;
mod tune;
