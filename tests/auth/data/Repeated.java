import java.io.*;
import java.nio.charset.StandardCharsets;
import java.security.*;
import java.security.cert.Certificate;
import javax.crypto.*;
import javax.crypto.spec.*;

/**
 * Copies the key `planner` of one.jceks into repeated.jceks, encrypted under a salt whose two halves
 * are equal. SunJCE changes such a salt, which `keytool` chooses at random once in four thousand
 * million times. At the end Java opens the copy itself.
 */
public class Repeated {
    public static void main(String[] arguments) throws Exception {
        char[] password = "store-password".toCharArray();
        KeyStore one = KeyStore.getInstance("JCEKS");
        one.load(new FileInputStream("one.jceks"), password);
        Key key = one.getKey("planner", password);
        Certificate certificate = one.getCertificate("planner");

        Cipher cipher = Cipher.getInstance("PBEWithMD5AndTripleDES");
        byte[] salt = {1, 2, 3, 4, 1, 2, 3, 4};
        SecretKey secret = SecretKeyFactory.getInstance("PBEWithMD5AndTripleDES")
            .generateSecret(new PBEKeySpec(password));
        cipher.init(Cipher.ENCRYPT_MODE, secret, new PBEParameterSpec(salt, 10000));
        byte[] encrypted = cipher.doFinal(key.getEncoded());

        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeInt(0xcececece);
        out.writeInt(2);
        out.writeInt(1);
        out.writeInt(1);
        out.writeUTF("planner");
        out.writeLong(one.getCreationDate("planner").getTime());
        byte[] info = sequence(
            sequence(
                element(6, new byte[] {0x2b, 6, 1, 4, 1, 0x2a, 2, 0x13, 1}),
                cipher.getParameters().getEncoded()),
            element(4, encrypted));
        out.writeInt(info.length);
        out.write(info);
        out.writeInt(1);
        out.writeUTF(certificate.getType());
        out.writeInt(certificate.getEncoded().length);
        out.write(certificate.getEncoded());

        MessageDigest digest = MessageDigest.getInstance("SHA");
        digest.update("store-password".getBytes(StandardCharsets.UTF_16BE));
        digest.update("Mighty Aphrodite".getBytes(StandardCharsets.UTF_8));
        out.write(digest.digest(bytes.toByteArray()));
        try (FileOutputStream file = new FileOutputStream("repeated.jceks")) {
            file.write(bytes.toByteArray());
        }

        KeyStore copy = KeyStore.getInstance("JCEKS");
        copy.load(new FileInputStream("repeated.jceks"), password);
        System.out.println(key.equals(copy.getKey("planner", password)) ? "opened" : "differs");
    }

    private static byte[] sequence(byte[]... parts) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (byte[] part : parts) bytes.write(part);
        return element(0x30, bytes.toByteArray());
    }

    private static byte[] element(int tag, byte[] content) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.write(tag);
        if (content.length < 128) bytes.write(content.length);
        else {
            bytes.write(0x82);
            bytes.write(content.length >> 8);
            bytes.write(content.length);
        }
        bytes.write(content);
        return bytes.toByteArray();
    }
}
