#pragma once

#include "net/io/disk/disk_thread.hpp"

#include <algorithm>
#include <future>
#include <map>
#include <set>

namespace troupe::test {

/// A disk in memory. Its functions run on the disk's thread, which runs only
/// while a test waits for it (see disk_stage).
class memory_disk final : public net::disk {
public:
  class file final : public net::open_file {
  public:
    file(memory_disk& where, std::string path)
        : where_(where)
        , path_(std::move(path)) {}

    std::error_code write(uint64_t position, net::byte_span data) override {
      if (where_.write_error)
        return where_.write_error;
      if (data.size() > where_.largest_write)
        return make_error_code(std::errc::no_space_on_device);
      auto& to = where_.files[path_];
      const auto end = static_cast<size_t>(position) + data.size();
      to.resize(std::max(to.size(), end));
      std::ranges::copy(data, to.begin() + static_cast<ptrdiff_t>(position));
      return {};
    }

    net::result<std::vector<uint8_t>> read(uint64_t position,
                                           size_t size) override {
      const auto& from = where_.files[path_];
      const auto begin = std::min<size_t>(position, from.size());
      const auto end = begin + std::min(size, from.size() - begin);
      return std::vector<uint8_t>(from.begin() + static_cast<ptrdiff_t>(begin),
                                  from.begin() + static_cast<ptrdiff_t>(end));
    }

    net::result<net::file_facts> facts() override {
      return net::file_facts{where_.files[path_].size(), {}};
    }

    std::error_code truncate(uint64_t size) override {
      where_.files[path_].resize(static_cast<size_t>(size));
      return {};
    }

    std::error_code sync() override {
      where_.synced.insert(path_);
      return {};
    }

  private:
    memory_disk& where_;
    std::string path_;
  };

  net::result<std::unique_ptr<net::open_file>>
  create(const std::string& path) override {
    if (create_error)
      return create_error;
    if (files.contains(path))
      return make_error_code(std::errc::file_exists);
    return open(path);
  }

  net::result<std::unique_ptr<net::open_file>>
  open(const std::string& path) override {
    files[path];
    return std::unique_ptr<net::open_file>{std::make_unique<file>(*this, path)};
  }

  std::error_code replace(const std::string& path,
                          net::byte_span content) override {
    if (write_error)
      return write_error;
    files[path].assign(content.begin(), content.end());
    return {};
  }

  net::result<uint64_t> free_octets(const std::string&) override {
    return free;
  }

  std::map<std::string, std::vector<uint8_t>> files;
  std::set<std::string> synced;
  std::error_code create_error;
  std::error_code write_error;
  size_t largest_write = SIZE_MAX; // the disk is full for larger pieces
  uint64_t free = uint64_t{1} << 40;
};

/// A disk thread that runs only within settle(), while the test waits: so it
/// is deterministic what is done when.
class disk_stage {
public:
  disk_stage() {
    hold();
  }

  ~disk_stage() {
    release_.set_value();
    thread->stop(std::chrono::seconds{10});
  }

  /// Does all that is wanted of the disk so far.
  void settle() {
    auto release = std::move(release_);
    hold(&release);
  }

  std::shared_ptr<memory_disk> disk = std::make_shared<memory_disk>();
  std::shared_ptr<net::disk_thread> thread =
      std::make_shared<net::disk_thread>(disk);

private:
  // Waits until the thread is held behind all that was wanted before.
  void hold(std::promise<void>* release = nullptr) {
    release_ = {};
    auto reached = std::make_shared<std::promise<void>>();
    thread->run([reached, until = release_.get_future().share()](net::disk&) {
      reached->set_value();
      until.wait();
    });
    if (release)
      release->set_value();
    reached->get_future().wait();
  }

  std::promise<void> release_;
};

} // namespace troupe::test
