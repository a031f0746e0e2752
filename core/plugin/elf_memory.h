/* SPDX-License-Identifier: MIT */
/* The bytes of an ELF file by the addresses they will be loaded to. */
#ifndef EZ_PLUGIN_ELF_MEMORY_H
#define EZ_PLUGIN_ELF_MEMORY_H

#include <elf.h>

#include "plugin/range.h"

/* Borrows the image. */
typedef struct ez_elf_memory {
    ez_range image;
    Elf64_Ehdr header;
    ez_range dynamic; /* Elf64_Dyn */
} ez_elf_memory;

/* False if the image, which may be any bytes, has no header or no dynamic section. */
bool ez_elf_memory_init(ez_elf_memory *self, const uint8_t *image, size_t size);

/* The program header at index; false behind the last one. */
bool ez_elf_memory_segment(const ez_elf_memory *self, unsigned index, Elf64_Phdr *out);

/* The first program header of that type. */
bool ez_elf_memory_find_segment(const ez_elf_memory *self, uint32_t type, Elf64_Phdr *out);

/* The dynamic entry at index; false at the end of the section. */
bool ez_elf_memory_entry(const ez_elf_memory *self, unsigned index, Elf64_Dyn *out);

/* The value of the first dynamic entry with that tag; 0 if there is none. */
uint64_t ez_elf_memory_value(const ez_elf_memory *self, int64_t tag);

/* The size bytes of the file that are loaded to address. */
bool ez_elf_memory_part(const ez_elf_memory *self, uint64_t address, uint64_t size, ez_range *out);

/* The pointer at address as it will be when the file is loaded, as an address in it; false if that
 * is not known before. */
bool ez_elf_memory_pointer(const ez_elf_memory *self, uint64_t address, uint64_t *out);

/* The text at address; NULL if there is none. */
const char *ez_elf_memory_text(const ez_elf_memory *self, uint64_t address);

#endif
