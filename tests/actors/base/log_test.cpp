#include "actors/base/log_value.hpp"

#include "tests/actors/support/log_capture.hpp"
#include "tests/actors/support/quiet_log.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

using namespace troupe::actors;
using namespace troupe::test;

using troupe::actors::log::clip;
using troupe::actors::log::escape_controls;

TEST_CASE("a long value in the log is cut, and its length is noted") {
  CHECK(clip("") == "");
  CHECK(clip(std::string(128, 'x')) == std::string(128, 'x'));
  CHECK(clip(std::string(129, 'x'))
        == std::string(128, 'x') + "… (129 octets)");
  CHECK(clip(std::string(240'000, 'x'))
        == std::string(128, 'x') + "… (240000 octets)");
}

TEST_CASE("a value in the log is cut between characters") {
  const std::string umlaut = "\xC3\xA4";
  const auto tail = std::string(100, 'y');
  CHECK(clip(std::string(127, 'x') + umlaut + tail)
        == std::string(127, 'x') + "… (229 octets)");
  CHECK(clip(std::string(126, 'x') + umlaut + tail)
        == std::string(126, 'x') + umlaut + "… (228 octets)");
  // A value that is not UTF-8 at all is cut as well.
  CHECK(clip(std::string(300, '\x80')) == "… (300 octets)");
}

TEST_CASE("characters that could mislead the reader of the log are escaped") {
  // DEL, and CSI, which some terminals take for the begin of a command.
  CHECK(escape_controls("a\x7F\xC2\x9B") == "a\\u007f\\u009b");
  // The line separator, and what reverses the direction of writing.
  CHECK(escape_controls("\xE2\x80\xA8") == "\\u2028");
  CHECK(escape_controls("gpj\xE2\x80\xAE.exe") == "gpj\\u202e.exe");
  CHECK(escape_controls("\xE2\x81\xA6") == "\\u2066");
  CHECK(escape_controls("\xEF\xBB\xBF") == "\\ufeff");
}

TEST_CASE("names in any script and emoji are logged as they are") {
  for (const auto* name :
       {"", "Ann", "\xC3\x84nne", "\xE6\x9D\x8E", "\xF0\x9F\x8E\xAD",
        // A family: three emoji with joiners.
        "\xF0\x9F\x91\xA8\xE2\x80\x8D\xF0\x9F\x91\xA9", "\\\"\\n\\u0007"})
    CHECK(escape_controls(name) == name);
}

TEST_CASE("octets that are not UTF-8 are replaced in the log") {
  CHECK(escape_controls("a\x9B"
                        "b")
        == "a\\ufffd"
           "b");
  CHECK(escape_controls("\xE2\x80") == "\\ufffd\\ufffd");
  CHECK(escape_controls("\xC3(") == "\\ufffd(");
}

TEST_CASE("what a client chooses stays one value of one line of the log") {
  quiet_log();
  // A name that imitates an event, and commands of a terminal.
  const std::string name = "x\n2026-01-01T00:00:00.000Z info peer-left \x1B[2J";
  for (const std::string format : {"line", "json"}) {
    captured_output output;
    config::log_keys settings;
    settings.format = format;
    log::open(settings);
    log::event(log::level::info, "peer-joined",
               {{"name", name}, {"room", std::string(500, 'r')}});
    set_log_level("off");
    const auto text = output.release();
    CAPTURE(text);
    CHECK(std::ranges::count(text, '\n') == 1);
    CHECK(text.find('\x1B') == std::string::npos);
    CHECK(text.find(R"(\n2026)") != std::string::npos);
    CHECK(text.size() < 400);
  }
}
