#include "actors/recording/manifest_summary.hpp"

#include "protocol/json/json_writer.hpp"
#include "protocol/verbs/wall_time.hpp"

namespace troupe::actors {

std::string summarize(const manifest& x, std::string_view why) {
  protocol::json_writer out;
  out.begin_object()
      .add("id", x.id.str())
      .add("title", x.title)
      .add("startedAt", protocol::to_text(x.started_at));
  if (!x.by.empty())
    out.add("by", x.by.str());
  out.add("why", why).add("durationMs", x.duration);
  out.key("files").begin_array();
  for (const auto& part : x.parts)
    out.begin_object()
        .add("name", part.file)
        .add("size", part.size)
        .end_object();
  out.end_array();
  return out.end_object().str();
}

} // namespace troupe::actors
