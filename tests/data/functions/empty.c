/* SPDX-License-Identifier: MIT */
/* A module without any function. */
#include <execz/function.h>

EXECZ_MODULE("empty", "1.0.0");
