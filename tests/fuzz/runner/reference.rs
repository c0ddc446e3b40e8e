#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| repin_fuzz::reference(data));
