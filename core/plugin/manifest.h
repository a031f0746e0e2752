/* SPDX-License-Identifier: MIT */
/* The texts and tables in a plugin's notes. */
#ifndef EZ_PLUGIN_MANIFEST_H
#define EZ_PLUGIN_MANIFEST_H

#include "plugin/elf_note.h"
#include "plugin/file.h"

/* Fills id, version, abi, needs_abi and parts of file from its notes; what it could not read stays
 * empty.  Each manifest note describes one part; later ones need not repeat what concerns the
 * file. */
execz_status ez_manifest_read(const GArray *notes, ez_plugin_file *file, execz_error *err);

/* Splits "cpu pool" into its names; NULL if there is none or one has other characters than letters,
 * digits, '_', '-', '.'. */
char **ez_manifest_aliases(const char *text);

/* "function | command", or the header's constants, or numbers like "(1u << 0) | 4". */
bool ez_manifest_caps(const char *text, uint32_t *out);

/* "function|command", readable by the above.  Caller frees. */
char *ez_manifest_caps_text(uint32_t caps);

#endif
