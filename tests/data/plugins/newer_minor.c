/* SPDX-License-Identifier: MIT */
/* Built with a newer header, but content with the oldest host. */
#define ALIAS "newer_minor"
#define ABI_MINOR 9
#include "body.h"
