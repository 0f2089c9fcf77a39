#include "bench/load/report/result_files.hpp"

#include <fstream>
#include <iterator>

namespace troupe::load {

outcome<std::vector<run_result>>
read_results(const std::vector<std::string>& paths) {
  std::vector<run_result> out;
  for (auto& path : paths) {
    std::ifstream file{path};
    if (!file)
      return failure{path + ": cannot be read"};
    std::string text{std::istreambuf_iterator<char>{file}, {}};
    auto runs = runs_from_json(text);
    if (!runs)
      return failure{path + ": not a result of troupe-bench"};
    out.insert(out.end(), runs->begin(), runs->end());
  }
  return out;
}

outcome<void> write_file(const std::string& path, std::string_view text) {
  std::ofstream file{path, std::ios::trunc};
  file << text;
  file.close();
  if (!file)
    return failure{path + ": cannot be written"};
  return {};
}

} // namespace troupe::load
