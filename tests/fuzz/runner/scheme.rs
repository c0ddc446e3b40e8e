#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| repin_fuzz::scheme(data));
