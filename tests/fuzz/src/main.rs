//! Feeds what libFuzzer comes up with to the bundle reader.

#![no_main]

mod hostile;

libfuzzer_sys::fuzz_target!(|input: &[u8]| hostile::read(input));
