/* SPDX-License-Identifier: MIT */
#define ALIAS "bad_size"
#define SIZE 16
#include "body.h"
