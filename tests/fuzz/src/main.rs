//! Feeds what libFuzzer comes up with to the bundle reader.

#![no_main]

#[allow(dead_code, reason = "the corpus test in tests/ uses the rest")]
mod hostile;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let _ = hostile::read(input);
});
