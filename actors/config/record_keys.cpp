#include "actors/config/record_keys.hpp"

#include "actors/config/web_url.hpp"

namespace troupe::actors {

namespace {

CLI::Validator public_address() {
  return {[](std::string& text) {
            auto fault =
                text.empty() ? std::string{} : find_web_url_fault(text);
            return fault.empty() ? fault
                                 : "not an address of this server: " + text
                                       + ": " + fault;
          },
          "URL", "public url"};
}

} // namespace

void add_record_keys(option_table& table, config::record_keys& out) {
  table.add_text("record.directory", out.directory,
                 "Where recordings are; empty: nothing is recorded");
  table.add_flag("record.auto", out.automatic,
                 "Whether each room is recorded while it has members");
  table.add_choice("record.consent", out.consent, {"notice", "ask"},
                   "Whether members are told that they are recorded, or asked");
  table.add_size("record.min-free", out.min_free,
                 "Recordings end when less of the disk is free, octets");
  table.add_size("record.max-bytes", out.max_bytes,
                 "Maximum size of one recording, octets; 0: no limit");
  table.add_number("record.keep-days", out.keep_days, 0, 36'500,
                   "How many days recordings are kept; 0: for ever");
  table.add_text("record.public-url", out.public_url,
                 "Where members reach this server's recordings; empty: where "
                 "they have its page from",
                 public_address());
  table.add_text("record.secret-file", out.secret_file,
                 "File with the secret that signs links to recordings; empty: "
                 "a random one for each start");
}

std::optional<std::string> find_record_fault(const config::record_keys& in) {
  if (in.automatic && in.directory.empty())
    return "record.auto needs record.directory";
  return std::nullopt;
}

} // namespace troupe::actors
