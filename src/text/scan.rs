//! Scanners (stub).
use super::Named;
pub(crate) fn scan(named: Named, text: &str, mut emit: impl FnMut(usize, usize)) {
    let r = fancy_regex::Regex::new(named.regex()).unwrap();
    for m in r.find_iter(text) {
        let m = m.unwrap();
        emit(m.start(), m.end());
    }
}
