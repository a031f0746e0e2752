/* SPDX-License-Identifier: MIT */
/*
 * "Undefined symbol" means in nearly all cases that somebody has forgotten a -l, and what they want to
 * know is which.  The libraries are where the C library is; only their tables of symbols are read, by
 * pread(), since a file that is mapped and becomes shorter meanwhile kills who reads it.
 */
#include "plugin/provider.h"

#include "plugin/range.h"

#include <dirent.h>
#include <dlfcn.h>
#include <elf.h>
#include <fcntl.h>
#include <glib.h>
#include <stdlib.h>
#include <unistd.h>

#define SECTIONS_MAX 256u
#define TABLE_SIZE_MAX (16u * 1024 * 1024)
#define FILES_MAX 4000u

/* size bytes at offset; NULL if they are not all there.  Caller frees. */
static uint8_t *
read_part(int fd, uint64_t offset, uint64_t size)
{
    g_autofree uint8_t *bytes = NULL;

    if (size == 0 || size > TABLE_SIZE_MAX || offset > INT64_MAX - TABLE_SIZE_MAX) {
        return NULL;
    }
    bytes = g_malloc(size);
    return pread(fd, bytes, size, (off_t)offset) == (ssize_t)size ? g_steal_pointer(&bytes) : NULL;
}

static bool
has_symbol(ez_range symbols, ez_range texts, const char *wanted)
{
    Elf64_Sym symbol;

    for (size_t at = 0; ez_range_fetch(symbols, at, &symbol, sizeof symbol); at += sizeof symbol) {
        const char *name =
            symbol.st_shndx == SHN_UNDEF ? NULL : ez_range_text(texts, symbol.st_name);

        if (name != NULL && strcmp(name, wanted) == 0) {
            return true;
        }
    }
    return false;
}

/* The table of dynamic symbols, and its texts. */
static bool
search_sections(int fd, const Elf64_Shdr *sections, unsigned n, const char *symbol)
{
    for (unsigned i = 0; i < n; i++) {
        g_autofree uint8_t *symbols = NULL, *texts = NULL;

        if (sections[i].sh_type != SHT_DYNSYM || sections[i].sh_link >= n) {
            continue;
        }
        symbols = read_part(fd, sections[i].sh_offset, sections[i].sh_size);
        texts = read_part(fd, sections[sections[i].sh_link].sh_offset,
                          sections[sections[i].sh_link].sh_size);
        return symbols != NULL && texts != NULL &&
               has_symbol((ez_range){symbols, sections[i].sh_size},
                          (ez_range){texts, sections[sections[i].sh_link].sh_size}, symbol);
    }
    return false;
}

static bool
file_defines(const char *path, const char *symbol)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    g_autofree Elf64_Ehdr *header = NULL;
    g_autofree Elf64_Shdr *sections = NULL;
    bool found = false;

    if (fd < 0) {
        return false;
    }
    header = (Elf64_Ehdr *)(void *)read_part(fd, 0, sizeof *header);
    if (header != NULL && memcmp(header->e_ident, ELFMAG, SELFMAG) == 0 &&
        header->e_ident[EI_CLASS] == ELFCLASS64 && header->e_shentsize == sizeof *sections &&
        header->e_shnum <= SECTIONS_MAX) {
        sections = (Elf64_Shdr *)(void *)read_part(fd, header->e_shoff,
                                                   (uint64_t)header->e_shnum * sizeof *sections);
        found = sections != NULL && search_sections(fd, sections, header->e_shnum, symbol);
    }
    close(fd);
    return found;
}

/* Where the C library is; NULL if the system does not tell. */
static char *
library_directory(void)
{
    Dl_info facts;
    char *real;
    char *directory;

    if (dladdr((const void *)(uintptr_t)getpid, &facts) == 0 || facts.dli_fname == NULL) {
        return NULL;
    }
    real = realpath(facts.dli_fname, NULL);
    directory = real == NULL ? NULL : g_path_get_dirname(real);
    free(real);
    return directory;
}

static bool
is_library(const struct dirent *entry)
{
    return entry->d_type == DT_REG && g_str_has_prefix(entry->d_name, "lib") &&
           strstr(entry->d_name, ".so") != NULL;
}

char *
ez_provider_find(const char *symbol)
{
    g_autofree char *directory = library_directory();
    DIR *entries = directory == NULL ? NULL : opendir(directory);
    g_autofree char *best = NULL;
    struct dirent *entry;

    for (unsigned n = 0; entries != NULL && n < FILES_MAX; n++) {
        g_autofree char *path = NULL;

        entry = readdir(entries);
        if (entry == NULL) {
            break;
        }
        path = g_build_filename(directory, entry->d_name, NULL);
        if (is_library(entry) && (best == NULL || strlen(path) < strlen(best)) &&
            file_defines(path, symbol)) {
            g_free(best);
            best = g_steal_pointer(&path);
        }
    }
    if (entries != NULL) {
        closedir(entries);
    }
    return g_steal_pointer(&best);
}
