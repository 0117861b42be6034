# Makes the keystores of this folder that are newer than two.* and one.*, with Java 17 in PATH:
#     LC_ALL=C.UTF-8 bash make.sh
set -euo pipefail
pass=store-password
pair="-genkeypair -keyalg RSA -keysize 2048 -startdate 2026/01/01 -validity 20000"

# A key with the certificate of the authority that signed its own, and a trusted certificate.
for type in jks jceks; do
    store="-storetype $type -keystore chain.$type -storepass $pass"
    for name in Planner Issuer Root; do
        keytool $pair -alias $name -dname "CN=$name" -ext bc=ca:true $store -keypass $pass
    done
    keytool -exportcert -alias Root $store -file root.cer
    sign() {
        keytool -certreq -alias "$1" $store -file request.pem
        keytool -gencert -alias "$2" $store -infile request.pem -outfile "$1.cer" -ext bc="$3" \
            -startdate 2026/01/01 -validity 20000
        keytool -importcert -noprompt -trustcacerts -alias "$1" $store -file "$1.cer"
    }
    sign Issuer Root ca:true
    keytool -importcert -noprompt -alias trusted $store -file root.cer
    sign Planner Issuer ca:false
    keytool -delete -alias Issuer $store
    keytool -delete -alias Root $store
    rm ./*.cer request.pem
done

# Passwords and an alias that are not ASCII. SunJCE takes no such password for a key.
words='pässwörd 日本 🔑'
keytool $pair -alias 'plänner 日本 🔑' -dname CN=Planner -storetype jks -keystore words.jks \
    -storepass "$words" -keypass "key $words"
keytool $pair -alias 'plänner 日本 🔑' -dname CN=Planner -storetype jceks -keystore words.jceks \
    -storepass "$words" -keypass key-Planner

# Secret keys before and between the private keys; Java orders entries by their alias's hash.
# The number of iterations is the lowest that Java allows, so that fuzzing is fast.
store="-storetype jceks -keystore secrets.jceks -storepass $pass -J-Djdk.jceks.iterationCount=10000"
for name in Planner Accountant; do
    keytool $pair -alias $name -dname "CN=$name" $store -keypass "key-$name"
done
for name in owner token aes; do
    keytool -genseckey -alias $name -keyalg AES -keysize 128 $store -keypass "key-$name"
done
keytool -genseckey -alias des -keyalg DESede -keysize 168 $store -keypass key-des

# A salt with equal halves.
java Repeated.java
