/* SPDX-License-Identifier: MIT */
/* What an ELF file tells the system's loader: what it needs, and where to look for that. */
#ifndef EZ_PLUGIN_ELF_DYNAMIC_H
#define EZ_PLUGIN_ELF_DYNAMIC_H

#include <stdbool.h>

#include <glib.h>

#include <execz/types.h>

typedef struct ez_elf_dynamic {
    GPtrArray *needed; /* owned; const char * (DT_NEEDED), which the image owns, as the next two */
    const char *run_path;  /* directories, ':' between: DT_RUNPATH, or else DT_RPATH; NULL: none */
    const char *name;      /* DT_SONAME; NULL: none */
    bool text_relocations; /* its code is changed when it is loaded */
    bool executable_stack;
} ez_elf_dynamic;

/* Reads an image that ez_elf_read() accepts; any bytes will do.  The error does not name the file.
 * Call ez_elf_dynamic_deinit() only after success. */
execz_status ez_elf_dynamic_read(const uint8_t *image, size_t size, ez_elf_dynamic *out,
                                 execz_error *err);
void ez_elf_dynamic_deinit(ez_elf_dynamic *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ez_elf_dynamic, ez_elf_dynamic_deinit)

#endif
