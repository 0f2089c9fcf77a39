#pragma once

#include <doctest/doctest.h>

/// Like CAPTURE, for a structured binding. CAPTURE makes a lambda, and clang
/// before version 16 lets no lambda capture a structured binding (C++20,
/// P1091).
#define CAPTURE_BOUND(x) \
  const auto& bound_##x = x; \
  INFO(#x " := ", bound_##x)
