#pragma once

#include <sys/types.h>

#include <cstddef>

namespace confab::bench {

/// Prints what the figures were measured on: processor, cores, memory, kernel, MariaDB, and
/// how busy the machine was before. Raises the limit on descriptors as far as it goes.
void describe_machine(const char* title);

/// Memory of a process that is its own or its part of what it shares (PSS), 0 when it is gone.
std::size_t pss_kib(pid_t pid);
/// The same with all its children.
std::size_t pss_kib_of_family(pid_t pid);
/// Processor time that a process has used.
double cpu_seconds(pid_t pid);

}  // namespace confab::bench
