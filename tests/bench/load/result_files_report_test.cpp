#include "bench/load/report/result_files.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <unistd.h>

namespace {

using namespace troupe::load;

// A folder that exists as long as this object.
class scratch {
public:
  scratch() {
    auto form = std::filesystem::temp_directory_path() / "results-XXXXXX";
    folder_ = form.string();
    REQUIRE(mkdtemp(folder_.data()) != nullptr);
  }

  ~scratch() {
    std::filesystem::remove_all(folder_);
  }

  std::string path(const std::string& name) const {
    return folder_ + "/" + name;
  }

private:
  std::string folder_;
};

} // namespace

TEST_CASE("results are read from files in their order") {
  scratch at;
  run_result one, two;
  one.scenario = "one";
  two.scenario = "two";
  REQUIRE(write_file(at.path("a"), to_json(one)).has_value());
  REQUIRE(write_file(at.path("b"), to_json(two)).has_value());
  auto runs = read_results({at.path("b"), at.path("a")});
  REQUIRE(runs.has_value());
  REQUIRE(runs->size() == 2);
  CHECK(runs->front().scenario == "two");
  CHECK(runs->back().scenario == "one");
}

TEST_CASE("a file that is missing or not a result is named") {
  scratch at;
  REQUIRE(write_file(at.path("a"), "[1]").has_value());
  CHECK(read_results({at.path("a")}).error().text
        == at.path("a") + ": not a result of troupe-bench");
  CHECK(read_results({at.path("b")}).error().text
        == at.path("b") + ": cannot be read");
  CHECK_FALSE(write_file(at.path("none/x"), "").has_value());
}
