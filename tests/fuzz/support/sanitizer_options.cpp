/// Cheaper settings than AddressSanitizer's own, for fuzzers that allocate
/// much. A run frees less than the quarantine holds. To see longer stacks of
/// allocations in a report, set ASAN_OPTIONS=malloc_context_size=30.
extern "C" const char* __asan_default_options() {
  return "quarantine_size_mb=8:thread_local_quarantine_size_kb=64:"
         "malloc_context_size=3:max_malloc_fill_size=64";
}
