#include "tests/actors/support/id_matrix.hpp"

#include <algorithm>
#include <set>

/// Runs the matrix on whole servers, and checks that no other member's state
/// changes.
using namespace troupe;
using namespace troupe::test;

namespace {

void check_foreign_ids(bool apart) {
  size_t tried = 0;
  for (const auto& how : languages()) {
    CAPTURE(how.name);
    id_scene at{how, apart};
    std::map<std::string, size_t> codes;
    at.others(); // discards earlier events
    auto before = at.others();
    auto actors = at.actors();
    for (const auto& x : naming_requests(how, at)) {
      CAPTURE(x.what.name);
      for (const auto& member : x.members) {
        id_trial one{at, x};
        one.run(member);
        ++tried;
        for (const auto& [code, count] : one.codes)
          codes[code] += count;
      }
      CHECK(at.others() == before);
      CHECK(eventually([&] { return at.actors() == actors; }));
    }
    // Every refusal is counted, whether by the dialect or by the server. One
    // dialect sends its clients no code.
    size_t refused = 0;
    for (const auto& [code, count] : codes) {
      CAPTURE(code);
      refused += count;
      if (!code.empty())
        CHECK(at.refusals(code) == count);
    }
    CHECK(at.all_refusals() == refused);
  }
  CHECK(tried > 130);
}

void check_own_ids(bool apart) {
  for (const auto& how : languages()) {
    CAPTURE(how.name);
    id_scene at{how, apart};
    at.eve->state();
    auto before = at.eve->state();
    auto all = naming_requests(how, at);
    std::ranges::stable_partition(all, [](const auto& x) {
      return x.what.name.find("lose") == std::string::npos;
    });
    std::set<size_t> done;
    for (const auto& x : all) {
      CAPTURE(x.what.name);
      auto out = at.ask(x.what.name, object(at.good(x.verb)));
      // No member here moderates.
      auto refused =
          std::holds_alternative<protocol::verb::kick>(x.verb)
          || std::holds_alternative<protocol::verb::ask_to_unmute>(x.verb)
          || (is_final(x.verb) && done.contains(x.verb.index()));
      CHECK_MESSAGE(out.refused() == refused, out.failure);
      done.insert(x.verb.index());
    }
    CHECK(at.eve->state() == before);
  }
}

} // namespace

TEST_CASE("only the owner can use an id, in every request and dialect") {
  check_foreign_ids(false);
}

TEST_CASE("only the owner can use an id, with the others on another node") {
  check_foreign_ids(true);
}

TEST_CASE("an owner can use its ids, and no other room is affected") {
  check_own_ids(false);
}

TEST_CASE("an owner can use its ids, with the others on another node") {
  check_own_ids(true);
}
