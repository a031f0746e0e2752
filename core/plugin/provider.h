/* SPDX-License-Identifier: MIT */
/* Which installed library defines a symbol: a hint for people. */
#ifndef EZ_PLUGIN_PROVIDER_H
#define EZ_PLUGIN_PROVIDER_H

/* The path of a library beside the C library that defines that function or variable, the one with the
 * shortest name if several do; NULL if none is found.  Reads the symbols of hundreds of files, which
 * may take a tenth of a second.  Caller frees. */
char *ez_provider_find(const char *symbol);

#endif
