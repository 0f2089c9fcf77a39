#pragma once

#include <doctest/doctest.h>

/// As CAPTURE, of a structured binding: clang before version 16 lets no lambda
/// capture one (C++20, P1091), and CAPTURE makes one.
#define CAPTURE_BOUND(x) \
  const auto& bound_##x = x; \
  INFO(#x " := ", bound_##x)
