/// Every file of `assets/`.
const FILES: &[(&str, &[u8])] = &files!["index.html"];
