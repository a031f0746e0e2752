/* SPDX-License-Identifier: MIT */
/* Reads what an ELF file says about itself as an execz plugin, without running any of it. */
#ifndef EZ_PLUGIN_ELF_NOTE_H
#define EZ_PLUGIN_ELF_NOTE_H

#include <stdbool.h>

#include <glib.h>

#include <execz/types.h>

/* One note named "execz"; body is borrowed from the image and not aligned. */
typedef struct ez_elf_note {
    uint32_t type; /* EXECZ_NOTE_* */
    const uint8_t *body;
    size_t size;
} ez_elf_note;

typedef struct ez_elf {
    GArray *notes;    /* ez_elf_note, owned, in the order of the file */
    bool has_symbols; /* false: the file has no section headers, so the next two are unknown */
    bool has_entry;   /* it defines execz_plugin_entry */
    bool has_plain;   /* it defines execz_abi and the three functions of an executor */
} ez_elf;

/* Reads an image of size bytes; any bytes will do.  The error does not name the file.  Call
 * ez_elf_deinit() only after success. */
execz_status ez_elf_read(const uint8_t *image, size_t size, ez_elf *out, execz_error *err);

/* Says that what of a file is not all there. */
execz_status ez_elf_truncated(execz_error *err, const char *what);
void ez_elf_deinit(ez_elf *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ez_elf, ez_elf_deinit)

#endif
