# Homebrew, for macOS and Linux. Its syntax is checked (ruby -c); it was never built by brew.
class Modemscope < Formula
  desc "Serial terminal for working a modem by hand, that says why it did not work"
  homepage "https://github.com/modemscope/modemscope"
  url "https://github.com/modemscope/modemscope/archive/refs/tags/v0.2.0.tar.gz"
  # `brew fetch --build-from-source` prints the checksum of a release.
  sha256 ""
  license any_of: ["MIT", "Apache-2.0"]

  depends_on "rust" => :build

  on_linux do
    depends_on "libx11"
    depends_on "libxcursor"
    depends_on "libxi"
    depends_on "libxkbcommon"
    depends_on "mesa"
  end

  def install
    system "cargo", "install", *std_cargo_args
    generate_completions_from_executable(bin/"modemscope", "completions")
    system bin/"modemscope", "man", "--into", buildpath
    man1.install Dir["*.1"]
  end

  test do
    assert_match "modemscope #{version}", shell_output("#{bin}/modemscope --version")
    # The simulated modem answers: no hardware, no window.
    assert_match "OK", shell_output("#{bin}/modemscope send sim: 'AT\\r' --expect 'OK\\r\\n'")
  end
end
