#pragma once

#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <cstdio>
#include <cstdlib>

namespace troupe::bench {

/// Lets a benchmark use the tests' clients, which check with doctest: a failed
/// check ends the process. Keep one object in main().
class doctest_outside {
public:
  doctest_outside() {
    context_.setAsDefaultForAssertsOutOfTestCases();
    context_.setAssertHandler([](const doctest::AssertData& x) {
      if (!x.m_failed)
        return;
      std::fprintf(stderr, "%s:%d: %s\n", x.m_file, x.m_line, x.m_expr);
      std::abort();
    });
  }

private:
  doctest::Context context_;
};

} // namespace troupe::bench
