/* SPDX-License-Identifier: MIT */
#define ALIAS "abi_too_new"
#define ABI_MAJOR 2
#include "body.h"
