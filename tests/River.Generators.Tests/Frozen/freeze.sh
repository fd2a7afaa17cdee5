#!/usr/bin/env bash
# freeze.sh <folder>: compiles the folder's source with today's package, as a user would, into <folder>/Frozen.Jobs.dll.
set -euo pipefail
frozen=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
repository=$(cd "$frozen/../../.." && pwd)
source=$frozen/$1
packages=${NUGET_PACKAGES:-$HOME/.nuget/packages}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

version=0.1.0-frozen.$(date +%s)
dotnet pack "$repository/River.Runtime" -o "$scratch/feed" -p:Version="$version" -p:AssemblyVersion=0.1.0.0 -v quiet

for file in Directory.Build.props Directory.Build.targets Directory.Packages.props; do echo '<Project />' >"$scratch/$file"; done
cat >"$scratch/nuget.config" <<EOF
<configuration>
  <packageSources><clear /><add key="scratch" value="$scratch/feed" /></packageSources>
  <fallbackPackageFolders><add key="machine" value="$packages" /></fallbackPackageFolders>
</configuration>
EOF
mkdir "$scratch/jobs"
cat >"$scratch/jobs/Frozen.Jobs.csproj" <<EOF
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <TargetFramework>net10.0</TargetFramework>
    <Nullable>enable</Nullable>
    <ImplicitUsings>enable</ImplicitUsings>
    <DebugType>none</DebugType>
    <Optimize>true</Optimize>
    <Deterministic>true</Deterministic>
  </PropertyGroup>
  <ItemGroup>
    <PackageReference Include="River.Runtime" Version="$version" />
  </ItemGroup>
</Project>
EOF
cp "$source"/*.cs "$scratch/jobs"
NUGET_PACKAGES=$scratch/packages dotnet build "$scratch/jobs" -v quiet --nologo
cp "$scratch/jobs/bin/Debug/net10.0/Frozen.Jobs.dll" "$source"
ls -l "$source"
