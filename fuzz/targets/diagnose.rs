//! Any bytes as a pasted log, through everything that says what went wrong.

use modemscope::modem::diagnose::of_transcript;
use modemscope::modem::transcript::Transcript;

pub fn run(data: &[u8]) {
    let transcript = Transcript::read(data);
    let bytes = |direction| {
        let chunks = transcript.chunks.iter().filter(|chunk| chunk.direction == direction);
        chunks.map(|chunk| chunk.bytes.len() as u64).sum::<u64>()
    };
    for finding in of_transcript(&transcript).findings() {
        assert!(!finding.title.is_empty() && !finding.fix.is_empty(), "{finding:?}");
        for evidence in &finding.evidence {
            let end = bytes(evidence.direction);
            assert!(evidence.range.start <= evidence.range.end && evidence.range.end <= end, "{end}: {finding:?}");
        }
        assert!(!finding.title.chars().any(char::is_control), "{finding:?}");
    }
}
