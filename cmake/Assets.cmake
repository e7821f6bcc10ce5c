# portico_embed_assets(target directory)
#
# Adds the web files below `directory` to `target` as portico::app::embedded_assets() (src/app/embedded_assets.h). They are packed
# again when one of them changes. A directory that does not exist gives an empty table; the configure step runs again when it
# appears.
find_package(Python3 REQUIRED COMPONENTS Interpreter)

function(portico_embed_assets target directory)
  file(GLOB_RECURSE files CONFIGURE_DEPENDS ${directory}/*)
  set(source ${CMAKE_CURRENT_BINARY_DIR}/embedded_assets.cpp)
  set(blob ${CMAKE_CURRENT_BINARY_DIR}/embedded_assets.blob)
  add_custom_command(
    OUTPUT ${source} ${blob}
    COMMAND Python3::Interpreter ${CMAKE_SOURCE_DIR}/tools/pack_assets.py ${directory} ${source} ${blob} portico::app
    DEPENDS ${CMAKE_SOURCE_DIR}/tools/pack_assets.py ${files}
    COMMENT "Packing the web app"
    VERBATIM)
  set_source_files_properties(${source} PROPERTIES OBJECT_DEPENDS ${blob})
  target_sources(${target} PRIVATE ${source})
endfunction()
