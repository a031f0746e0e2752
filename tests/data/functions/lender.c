/* SPDX-License-Identifier: MIT */
/* A library that has an entry, for a module that has none. */
#include <execz/function.h>

EXECZ_MODULE("borrowed_entry", "1.0.0");
