/* SPDX-License-Identifier: MIT */
#define ALIAS "bad_magic"
#define MAGIC 0x12345678u
#include "body.h"
