//! What `lsof -F pc` says: lines of `p` and a process id, each followed by `c` and its program.

use super::Holder;

/// The first process that is not `own`.
pub(super) fn holder_from(said: &str, own: u32) -> Option<Holder> {
    let mut pid = None;
    for line in said.lines() {
        if let Some(number) = line.strip_prefix('p') {
            pid = number.parse().ok().filter(|pid| *pid != own);
        } else if let (Some(program), Some(pid)) = (line.strip_prefix('c'), pid) {
            return Some(Holder { program: Some(program.to_owned()), pid });
        }
    }
    pid.map(|pid| Holder { program: None, pid })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_other_process_holds_it() {
        let holder = |program: Option<&str>, pid| Some(Holder { program: program.map(str::to_owned), pid });
        let check = |said: &str, expect: Option<Holder>| assert_eq!(holder_from(said, 99), expect, "{said:?}");
        check("p4711\ncscreen\nf5\n", holder(Some("screen"), 4711));
        check("p99\ncmodemscope\nf7\np12\nccu\nf3\n", holder(Some("cu"), 12));
        check("p99\ncmodemscope\nf7\n", None);
        check("p12\n", holder(None, 12));
        check("", None);
        check("lsof: status error on /dev/cu.x: No such file\n", None);
    }
}
