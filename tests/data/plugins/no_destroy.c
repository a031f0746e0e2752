/* SPDX-License-Identifier: MIT */
#define ALIAS "no_destroy"
#define DESTROY NULL
#include "body.h"
